// How a client gets a browser from each system. `create` and `release` exist where a session is more than a connection.
import { json, socketOf } from '../lib/http.mjs';

const post = (url) => json(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
const launchOptions = ({ browser }) => ({ executablePath: browser, headless: true });

export const targets = {
  // A session that ends when its client disconnects.
  steelyard: { overCdp: true, connect: (chromium, { url }) => chromium.connectOverCDP(socketOf(url)) },

  'steelyard-session': {
    overCdp: true,
    create: async ({ url }) => (await post(`${url}/sessions`)).id,
    connect: (chromium, { url }, id) => chromium.connectOverCDP(`${url}/sessions/${id}`),
    release: async ({ url }, id) => {
      const reply = await fetch(`${url}/sessions/${id}`, { method: 'DELETE' });
      if (!reply.ok) throw new Error(`The release of ${id}: ${reply.status}`);
    },
  },

  // Playwright's server launches a browser for each connection.
  'run-server': {
    connect: (chromium, { url, ...target }) =>
      chromium.connect(`${url}/?browser=chromium`, { headers: { 'x-playwright-launch-options': JSON.stringify(launchOptions(target)) } }),
  },

  launch: { connect: (chromium, target) => chromium.launch(launchOptions(target)) },

  browserless: { overCdp: true, connect: (chromium, { url }) => chromium.connectOverCDP(url) },

  // The open-source Steel worker holds one session at a time.
  steel: {
    overCdp: true,
    create: async ({ url }) => (await post(`${url}/v1/sessions`)).id,
    connect: (chromium, { url }, id) => chromium.connectOverCDP(`${socketOf(url)}/?sessionId=${id}`),
    release: ({ url }, id) => post(`${url}/v1/sessions/${id}/release`),
  },
};
