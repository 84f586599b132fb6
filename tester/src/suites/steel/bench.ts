import type { Page } from 'playwright-core';
import { check } from '../../check.ts';
import { connectPlaywright, firstPage } from '../../clients/playwright.ts';
import type { SteelSession, SteelUser } from '../../clients/steel.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';

/** The connect string of the README; a server without keys takes any. */
export function connectUrl({ options }: TestContext, session: SteelSession): string {
  return `${session.websocketUrl}&apiKey=${encodeURIComponent(options.apiKey ?? 'none')}`;
}

/** The first page of the session, driven by Playwright. */
export async function drive(context: TestContext, session: SteelSession): Promise<Page> {
  return firstPage(await connectPlaywright(context, connectUrl(context, session)));
}

/** The session once it has this status, or a failure. Asking may be activity, so this is for what must happen anyway. */
export async function becomes(user: SteelUser, id: string, status: SteelSession['status'], withinMs = 5_000): Promise<SteelSession> {
  let last: SteelSession | undefined;
  const look = async () => {
    last = await user.retrieve(id);
    return last.status === status ? last : undefined;
  };
  const found = await poll(look, { withinMs });
  check(found, `the session is not ${status} but ${last?.status} after ${withinMs / 1_000} s`);
  return found;
}

export function isPng(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 8)).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
