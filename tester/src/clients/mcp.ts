import { createInterface } from 'node:readline';
import { check, Failure, field, isObject, show } from '../check.ts';
import { Child } from '../os/child.ts';
import { tempFolder } from '../os/folder.ts';
import type { TestContext } from '../suite.ts';

const answerMs = 30_000;

/** A server of the Model Context Protocol that runs as a child: each message is one line of JSON-RPC. */
export class McpServer {
  private lastId = 0;
  private readonly waiting = new Map<unknown, (answer: Record<string, unknown>) => void>();

  private constructor(
    private readonly child: Child,
    /** The only folder whose files it may use without asking. */
    readonly folder: string,
  ) {
    createInterface({ input: child.process.stdout }).on('line', (line) => this.read(line));
  }

  static async start(context: TestContext, script: string, args: string[]): Promise<McpServer> {
    // Such servers leave files where they run and among temporary ones, and some ask the registry for newer versions of themselves.
    const folder = tempFolder(context);
    const env = { TMPDIR: folder, CHROME_DEVTOOLS_MCP_NO_UPDATE_CHECKS: '1' };
    const server = new McpServer(Child.start(context, process.execPath, [script, ...args], { folder, env }), folder);
    await server.call('initialize', {
      protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'tester', version: '1' },
    });
    server.send({ method: 'notifications/initialized' });
    return server;
  }

  /** The text that a tool answers; fails if it is an error. */
  async use(tool: string, args: object = {}): Promise<string> {
    const { text, isError } = await this.attempt(tool, args);
    check(!isError, `${tool} answered: ${show(text, 600)}`);
    return text;
  }

  async attempt(tool: string, args: object = {}): Promise<{ text: string; isError: boolean }> {
    const result = await this.call('tools/call', { name: tool, arguments: args });
    const content = result['content'];
    check(Array.isArray(content), `${tool} answered ${show(result)}`);
    const texts: unknown[] = content.map((part: unknown) => (isObject(part) ? part['text'] : undefined));
    return { text: texts.filter((text) => typeof text === 'string').join('\n'), isError: result['isError'] === true };
  }

  private async call(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.lastId;
    const answered = new Promise<Record<string, unknown>>((resolve) => this.waiting.set(id, resolve));
    this.send({ id, method, params });
    const answer = await this.child.within(answerMs, `the answer to ${method}`, answered);
    if (answer['error'] !== undefined) throw new Failure(`${method} answered ${show(answer['error'], 600)}`);
    return field(answer, 'result', 'object');
  }

  private send(message: object): void {
    this.child.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  private read(line: string): void {
    const message: unknown = JSON.parse(line);
    if (!isObject(message)) return;
    this.waiting.get(message['id'])?.(message);
    this.waiting.delete(message['id']);
  }
}
