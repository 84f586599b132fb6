import type { Page } from 'playwright-core';
import type Steel from 'steel-sdk';
import { check } from '../../check.ts';
import { connectPlaywright, firstPage } from '../../clients/playwright.ts';
import type { SteelSession, SteelUser } from '../../clients/steel.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';

/** The connect string from the README. A server without keys accepts any key. */
export function connectUrl({ options }: TestContext, session: SteelSession): string {
  return `${session.websocketUrl}&apiKey=${encodeURIComponent(options.apiKey ?? 'none')}`;
}

/** The first page of the session, connected through Playwright. */
export async function drive(context: TestContext, session: SteelSession): Promise<Page> {
  return firstPage(await connectPlaywright(context, connectUrl(context, session)));
}

/** Waits until the session has this status, or fails. A request may count as activity, so use this only for changes that happen anyway. */
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

/** A list whose paging repeats must fail instead of running forever. */
const mostListed = 1_000;

/** This user's sessions in the order of the list, read page by page to the end. */
export async function listOwn(user: SteelUser, query: Parameters<SteelUser['own']>[0] = {}): Promise<Steel.Sessionslist.Session[]> {
  const found: Steel.Sessionslist.Session[] = [];
  for await (const session of user.sdk.sessions.list(user.own(query))) {
    found.push(session);
    check(found.length < mostListed, `the list has no end: ${mostListed} sessions so far`);
  }
  return found;
}

export function isPng(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 8)).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
