/** An HTTP response, regardless of how it was fetched. */
export class Reply {
  constructor(
    readonly status: number,
    private readonly headers: ReadonlyMap<string, string>,
    readonly body: Buffer,
    readonly elapsedMs: number,
  ) {}

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get text(): string {
    return this.body.toString('utf8');
  }

  header(name: string): string | undefined {
    return this.headers.get(name.toLowerCase());
  }

  /** The parsed body; undefined if it is not JSON. */
  json(): unknown {
    try {
      return JSON.parse(this.text) as unknown;
    } catch {
      return undefined;
    }
  }

  /** The status and the start of the body, for messages. */
  toString(): string {
    const text = this.text.replace(/\s+/g, ' ').trim();
    const shown = text.length > 120 ? `${text.slice(0, 120)}...` : text;
    return shown ? `${this.status} ${shown}` : `${this.status}`;
  }
}

/** The server did not send a complete response. */
export class NoReply extends Error {
  constructor(
    what: string,
    readonly kind: 'deadline' | 'connection',
    detail: string,
  ) {
    super(`${what}: ${detail}`);
  }
}
