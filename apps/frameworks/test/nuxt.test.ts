import { frameworks } from "../src/framework.ts";
import { behaves } from "./support/behaves.ts";

behaves(frameworks.nuxt);
