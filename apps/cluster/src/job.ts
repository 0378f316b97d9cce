/** What this process was started for. */
export function job<T>(): T {
  const text = process.env.JOB;
  if (text === undefined) throw new Error("This file is started by the cluster, with its job in JOB.");
  return JSON.parse(text) as T; // written by `Child`, for the file that it starts
}

export function send(message: unknown): void {
  if (process.connected) process.send?.(message);
}
