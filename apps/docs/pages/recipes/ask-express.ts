// ask-express.ts
import { toNodeListener } from "@sse/server/node";
import express from "express";
import { sayBack } from "./answer.ts";

const app = express();
app.use(express.json());
app.post("/ask", (req, res, next) => toNodeListener((request) => sayBack(request, req.body))(req, res, next));
app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
