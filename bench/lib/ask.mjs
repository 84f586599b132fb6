// Talks to a client process.
import { fileURLToPath } from 'node:url';
import { System } from './system.mjs';
import { within } from './wait.mjs';

// Starts a client program of bench/peers and waits until it is there.
export async function startClient(context, program, ...args) {
  const path = fileURLToPath(new URL(`../peers/${program}`, import.meta.url));
  const client = await System.start(context, 'client', process.execPath, [path, ...args], { ipc: true });
  await answerOf(client, 30);
  return client;
}

// Sends a message to a client and returns its answer.
export async function ask(client, message, seconds) {
  client.channel.send(message);
  const answer = await answerOf(client, seconds);
  if (answer.error) throw new Error(answer.error);
  return answer;
}

function answerOf(client, seconds) {
  const answer = new Promise((resolve, reject) => {
    client.channel.once('message', resolve).once('exit', () => reject(new Error(`The client has ended: ${client.log.slice(-500)}`)));
  });
  return within('an answer of the client', seconds, answer);
}
