// Starts Blazor over a WebSocket alone, so that a balancer in front needs no sticky sessions. Ticks the countdowns.
Blazor.start({
  circuit: {
    configureSignalR: (builder) => builder.withUrl('_blazor', { skipNegotiation: true, transport: 1 }),
    reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: (tries) => Math.min(500 * 2 ** tries, 10000) },
  },
});

const spell = (seconds) => {
  const s = Math.max(0, Math.round(seconds));
  const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (d) return `${d} d ${h} h`;
  if (h) return `${h} h ${m} min`;
  return m ? `${m} min ${s % 60} s` : `${s} s`;
};

setInterval(() => {
  for (const time of document.querySelectorAll('time[data-until]')) {
    const left = (Number(time.dataset.until) - Date.now()) / 1000;
    time.textContent = spell('up' in time.dataset ? -left : left);
  }
}, 500);

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]');
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    // Without TLS there is no clipboard: select the text instead.
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    button.textContent = 'Selected: press Ctrl+C';
  }
  setTimeout(() => (button.textContent = 'Copy'), 2000);
});
