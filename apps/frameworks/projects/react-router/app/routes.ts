import { type RouteConfig, route } from "@react-router/dev/routes";

export default [route("events", "./routes/events.ts")] satisfies RouteConfig;
