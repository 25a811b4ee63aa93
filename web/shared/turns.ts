// What is asked again before the answer came, and what is asked while it is under way.

// Each call begins a turn and gives back whether it is still the last one: only the answer to what was asked last counts.
export function lastOnly(): () => () => boolean {
  let now = 0;
  return () => {
    const mine = ++now;
    return () => mine === now;
  };
}

// One run at a time. Who asks during a run waits for it and for one more, which begins with what was added meanwhile.
export function oneAndOneMore<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | null = null;
  let following: Promise<Value> | null = null;
  const begin = (): Promise<Value> => {
    following = null;
    const mine = work().finally(() => { if (running === mine) running = null; });
    running = mine;
    return mine;
  };
  return () => {
    if (running === null) return begin();
    following ??= running.then(begin, begin);
    return following;
  };
}
