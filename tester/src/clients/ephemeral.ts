import { check } from '../check.ts';
import { listSessions } from '../api/listing.ts';
import type { TestContext } from '../suite.ts';
import { poll } from '../wait.ts';

const withinMs = 5_000;

async function liveIds({ client }: TestContext): Promise<Set<string>> {
  return new Set((await listSessions(client)).map(({ id }) => id));
}

/** For addresses that create on connect: the new session exists while the client is connected, and ends when it disconnects. */
export class Ephemeral {
  private constructor(
    private readonly context: TestContext,
    private readonly before: Set<string>,
  ) {}

  static async watch(context: TestContext): Promise<Ephemeral> {
    await context.pool.need('so nothing tells which sessions there are');
    return new Ephemeral(context, await liveIds(context));
  }

  /** The id of the one session that was created meanwhile. */
  async created(): Promise<string> {
    const added = [...(await liveIds(this.context))].filter((id) => !this.before.has(id));
    check(added.length === 1, `connecting made ${added.length} sessions instead of one`);
    return added[0]!;
  }

  /** Waits until only this number of the sessions that were created meanwhile are live, and returns their ids. */
  async mustLeave(count: number): Promise<string[]> {
    let left: string[] = [];
    const look = async () => {
      left = [...(await liveIds(this.context))].filter((id) => !this.before.has(id));
      return left.length === count ? true : undefined;
    };
    await poll(look, { withinMs });
    check(left.length === count, `${withinMs / 1_000} s after the client has left, ${left.length} of its sessions are live, not ${count}`);
    return left;
  }

  /** Waits until the session is no longer live. */
  async mustEnd(id: string): Promise<void> {
    const since = performance.now();
    const gone = await poll(async () => ((await liveIds(this.context)).has(id) ? undefined : true), { withinMs });
    check(gone, `the session is still live ${withinMs / 1_000} s after its client has left`);
    this.context.figure('ended after', performance.now() - since, 'ms');
  }
}
