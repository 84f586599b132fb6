import { check, show } from '../check.ts';
import { poll } from '../wait.ts';
import { readSession, sameJson, type Session, type Sessions } from './sessions.ts';

export interface Loss {
  afterMs: number;
  restored: boolean;
}

/** After a fault, waits until the session has ended or has been restored with its own data. */
export async function awaitLoss(sessions: Sessions, session: Session, withinMs: number): Promise<Loss | undefined> {
  const started = performance.now();
  return poll(
    async () => {
      const reply = await sessions.get(session.id, { deadlineMs: withinMs });
      check(reply.status !== 500, `GET of the session of a lost worker answered ${reply}`);
      const afterMs = performance.now() - started;
      if (reply.status === 404) return { afterMs, restored: false };
      if (reply.status !== 200) return undefined;
      const { data } = readSession(reply);
      check(sameJson(data, session.data), `after the fault GET shows foreign data: ${show(data)}`);
      return Number(reply.header('steel-session-restarts')) > 0 ? { afterMs, restored: true } : undefined;
    },
    { withinMs, everyMs: 5 },
  );
}
