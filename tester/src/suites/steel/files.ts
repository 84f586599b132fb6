import { check, equal } from '../../check.ts';
import { CdpSocket, pageTargetUrl } from '../../clients/cdp-socket.ts';
import { offered, refused, SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import { seededRandom } from '../../stats/random.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { unzip } from './zip.ts';

async function desk(context: TestContext) {
  const user = await SteelUser.start(context);
  const { id } = await user.createBrowser();
  const files = user.sdk.sessions.files;
  return {
    id,
    files,
    upload: async (name: string, content: Buffer, path?: string) => {
      const file = new File([content], name);
      return offered('files', () => files.upload(id, path === undefined ? { file } : { file, path }));
    },
    list: async () => (await offered('files', () => files.list(id))).data,
    download: async (path: string) => Buffer.from(await (await files.download(id, path)).arrayBuffer()),
  };
}

/** Uses all byte values, so that a text conversion on the way would be noticed. */
function content(size: number, seed: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
}

async function thereAndBack(context: TestContext): Promise<void> {
  const { upload, list, download } = await desk(context);
  const sent = content(100_000, context.options.seed);
  const stored = await upload('data.bin', sent);
  equal(stored.size, sent.length, 'size in the reply to upload');
  const [shown, ...others] = await list();
  equal([shown?.path, shown?.size, others.length], [stored.path, sent.length, 0], 'path, size and number of others in the list');
  check(Number.isFinite(Date.parse(shown?.lastModified ?? '')), `lastModified is '${shown?.lastModified}'`);
  check((await download(stored.path)).equals(sent), 'download brings other bytes than were uploaded');
}

async function deleted(context: TestContext): Promise<void> {
  const { id, files, upload, list, download } = await desk(context);
  const first = await upload('first.txt', Buffer.from('1'));
  const second = await upload('second.txt', Buffer.from('2'));
  await files.delete(id, first.path);
  equal((await list()).map(({ path }) => path), [second.path], 'the list after a delete');
  equal((await refused('download of a deleted file', () => download(first.path))).status, 404, 'status of its download');
  await files.deleteAll(id);
  equal(await list(), [], 'the list after deleteAll');
}

async function archive(context: TestContext): Promise<void> {
  const { id, files, upload } = await desk(context);
  const sent = [content(5_000, 1), Buffer.from('text '.repeat(1_000))] as const;
  const paths = [(await upload('a.bin', sent[0])).path, (await upload('b.txt', sent[1], 'folder/b.txt')).path];
  const zip = unzip(Buffer.from(await (await files.downloadArchive(id)).arrayBuffer()));
  const names = ['a.bin', 'folder/b.txt'];
  equal([...zip.keys()].filter((name) => !name.endsWith('/')).sort(), names, 'the names in the archive');
  for (const [index, name] of names.entries()) {
    check(paths[index]!.endsWith(name), `${name} was stored as ${paths[index]}`);
    check(zip.get(name)?.equals(sent[index]!), `${name} in the archive has other bytes`);
  }
}

/** Does not use Playwright, which would make the browser store its downloads elsewhere. */
async function downloaded(context: TestContext): Promise<void> {
  const { id, list, download } = await desk(context);
  const sent = content(50_000, 2);
  const site = await localSite(context, {
    '/': page('download', '<a href="/report.bin" download>report</a>'),
    '/report.bin': {
      type: 'application/octet-stream', body: sent, headers: { 'content-disposition': 'attachment; filename="report.bin"' },
    },
  });
  const socket = await CdpSocket.open(await pageTargetUrl(context, id), context.client.headers);
  context.onCleanup(() => socket.close());
  await socket.call('Page.navigate', { url: site.url('/') });
  const clicked = await poll(
    async () => ((await socket.evaluate(`document.querySelector('a')?.click() ?? document.title`)) === 'download' ? true : undefined),
    { withinMs: 5_000 },
  );
  check(clicked, 'the page with the download did not open');
  const arrived = await poll(async () => (await list()).find(({ path, size }) => path.endsWith('report.bin') && size === sent.length), {
    withinMs: 10_000,
  });
  check(arrived, `the download is not listed: ${JSON.stringify(await list())}`);
  check((await download(arrived.path)).equals(sent), 'the download has other bytes');
}

async function outside(context: TestContext): Promise<void> {
  const { id, upload, list } = await desk(context);
  await upload('inside.txt', Buffer.from('inside'));
  for (const path of ['../outside.txt', '/etc/outside.txt', 'a/../../outside.txt']) {
    // The upload is refused, or stored inside under another name, but never outside the session's own folder.
    const stored = await upload('x.txt', Buffer.from('outside'), path).catch(() => undefined);
    if (stored)
      check(
        (await list()).some((file) => file.path === stored.path && !file.path.includes('..')),
        `upload to ${path} was stored as ${stored.path}`,
      );
  }
  for (const path of ['..%2f..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd']) {
    // Without the SDK, which normalizes addresses before it sends them.
    const reply = await context.client.request('GET', `/v1/sessions/${id}/files/${path}`);
    check(reply.status === 400 || reply.status === 404, `download of ${path} answered ${reply}`);
  }
}

export const files: Test[] = [
  { name: 'A file goes up, is listed and comes down unchanged', run: thereAndBack },
  { name: 'A deleted file is gone, and deleteAll leaves none', run: deleted },
  { name: 'The archive holds all files', run: archive },
  { name: "A page's download is listed and comes down unchanged", run: downloaded },
  { name: 'No path leads out of the files of the session', run: outside },
];
