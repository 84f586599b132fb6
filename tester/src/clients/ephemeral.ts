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

  /** Waits until no session that was created meanwhile is live. */
  async allEnd(): Promise<void> {
    const left = async () => [...(await liveIds(this.context))].filter((id) => !this.before.has(id));
    const gone = await poll(async () => ((await left()).length === 0 ? true : undefined), { withinMs });
    check(gone, `${withinMs / 1_000} s after the client has left, its sessions are still live: ${(await left()).join(', ')}`);
  }

  /** Waits until the session is no longer live. */
  async mustEnd(id: string): Promise<void> {
    const since = performance.now();
    const gone = await poll(async () => ((await liveIds(this.context)).has(id) ? undefined : true), { withinMs });
    check(gone, `the session is still live ${withinMs / 1_000} s after its client has left`);
    this.context.figure('ended after', performance.now() - since, 'ms');
  }
}
