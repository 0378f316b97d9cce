/** Counts the turns that the event loop gives to others, until it is stopped. */
export function countTurns(): { stop(): number } {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      isOver = true;
      return turns;
    },
  };
}
