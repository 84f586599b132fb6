// Waits, all of them with a deadline.
export const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

// Asks a probe again and again until it gives something, and returns that.
export async function until(what, seconds, probe, every = 0.02) {
  const deadline = performance.now() + 1000 * seconds;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (performance.now() > deadline) throw tooLate(what, seconds);
    await pause(every);
  }
}

export function within(what, seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(tooLate(what, seconds)), 1000 * seconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const tooLate = (what, seconds) => new Error(`Not within ${seconds} s: ${what}.`);
