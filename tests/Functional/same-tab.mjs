// A user's script whose orchestrator is killed halfway. It reconnects to its session and continues in the same tab.
// Arguments: the folder of Playwright, the session's address, the URL of a site. Prints `half done`, and at the end its results as JSON.
import { createRequire } from 'node:module';

const [playwright, address, site] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);

const browser = await chromium.connectOverCDP(address);
const lost = new Promise((resolve) => browser.on('disconnected', resolve));
const tab = await theTab(browser);
await tab.page.goto(site);
await tab.page.fill('input', 'half');
await tab.page.click('button');
console.log('half done');

await lost;
const again = await chromium.connectOverCDP(address);
const { page, id } = await theTab(again);
await page.press('input', 'End');
await page.locator('input').pressSequentially(' and half');
await page.click('button');
const [value, clicks] = [await page.inputValue('input'), await page.textContent('output')];
console.log(JSON.stringify({ sameTab: id === tab.id, tabs: again.contexts()[0].pages().length, url: page.url(), value, clicks }));
await again.close();

async function theTab(browser) {
  const page = browser.contexts()[0].pages()[0];
  const session = await page.context().newCDPSession(page);
  const { targetInfo } = await session.send('Target.getTargetInfo');
  await session.detach();
  return { page, id: targetInfo.targetId };
}
