const pending = new Set<() => void>();

// A second signal ends the tester in the middle of a test, without its cleanups.
process.on('exit', () => {
  for (const action of pending) action();
});

/** Does this after the test or, if the tester exits before that, at its exit. */
export function inAnyCase(onCleanup: (action: () => unknown) => void, action: () => void): void {
  pending.add(action);
  onCleanup(() => {
    pending.delete(action);
    action();
  });
}
