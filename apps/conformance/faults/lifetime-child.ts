import { FACES, outcome } from "./faces.ts";

// Nothing but the client holds this process: were a pending reconnect not to, it would end with code 13.
const [, , name, url = ""] = process.argv;
const face = FACES.find((each) => each === name);
if (face === undefined) throw new Error(`No face ${name}.`);
console.log(await outcome(face, url));
