// What must be undone at the end, also after Ctrl-C: the last first.
const tasks = [];
let isStopped = false;

export function atEnd(task) {
  tasks.push(task);
  return () => { // Undoes it now.
    const at = tasks.indexOf(task);
    if (at < 0) return undefined;
    tasks.splice(at, 1);
    return task();
  };
}

export async function cleanUp() {
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    try {
      await task();
    } catch (error) {
      console.error(`The end is not clean: ${error.message}`);
    }
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (isStopped) return;
    isStopped = true;
    cleanUp().finally(() => process.exit(130));
  });
}

// Nothing may be started while everything is being undone.
export function throwIfStopped() {
  if (isStopped) throw new Error('stopped');
}
