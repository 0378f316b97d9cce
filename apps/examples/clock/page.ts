import { EventSource } from "@sse/client";

const time = document.querySelector("time")!;
const status = document.querySelector("[role=status]")!;

const clock = new EventSource("/events");
clock.onmessage = ({ data }) => {
  time.dateTime = data;
  time.textContent = new Date(data).toLocaleTimeString("en-GB");
};
clock.onopen = () => status.replaceChildren("the server's time, every second");
clock.onerror = () => status.replaceChildren("the server is away, connecting again");
