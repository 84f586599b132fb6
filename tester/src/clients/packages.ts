import { skip } from '../check.ts';

/** The real client libraries are optional, because the challenge does not need them. */
export async function loadPlaywright() {
  try {
    return await import('playwright-core');
  } catch {
    skip('the optional package playwright-core is not installed');
  }
}

export async function loadPuppeteer() {
  try {
    return (await import('puppeteer-core')).default;
  } catch {
    skip('the optional package puppeteer-core is not installed');
  }
}

export async function loadSteel() {
  try {
    return (await import('steel-sdk')).default;
  } catch {
    skip('the optional package steel-sdk is not installed');
  }
}
