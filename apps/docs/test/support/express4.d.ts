declare module "express4" {
  // The same as Express 5 has, as far as it is used here.
  export { default } from "express";
}
