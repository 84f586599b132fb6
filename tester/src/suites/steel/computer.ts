import type { Page } from 'playwright-core';
import { check, equal } from '../../check.ts';
import { offered, SteelUser, type SteelSession } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { drive, isJpeg, isPng } from './bench.ts';

const desk = page(
  'desk',
  `<style>body { margin: 0; height: 5000px } button, input, #area { position: fixed; left: 100px; width: 200px; height: 40px }</style>
   <button style="top: 100px" onclick="this.textContent = 'clicked ' + event.detail">button</button>
   <input style="top: 200px">
   <div id="area" style="top: 300px; background: silver"></div>
   <script>
     moves = [];
     area.onmousedown = (event) => moves.push('down ' + event.clientX);
     onmouseup = (event) => moves.push('up ' + event.clientX);
   </script>`,
);

type Action = Parameters<SteelUser['sdk']['sessions']['computer']>[1];

interface Desk {
  driven: Page;
  session: SteelSession;
  act(action: Action): Promise<{ base64_image?: string; output?: string }>;
}

async function sitDown(context: TestContext): Promise<Desk> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': desk });
  const session = await user.createBrowser();
  const driven = await drive(context, session);
  await driven.goto(site.url('/'));
  const act = async (action: Action) => {
    const reply = await offered('computer', () => user.sdk.sessions.computer(session.id, action));
    check(!reply.error, `${action.action} answered the error '${reply.error}'`);
    return reply;
  };
  return { driven, session, act };
}

/** Input reaches the page shortly after the response. */
async function becomes({ driven }: Desk, expression: string, expected: unknown): Promise<void> {
  let last: unknown;
  await poll(
    async () => {
      last = await driven.evaluate(expression);
      return JSON.stringify(last) === JSON.stringify(expected) ? true : undefined;
    },
    { withinMs: 3_000 },
  );
  equal(last, expected, `${expression} in the page`);
}

function doing(name: string, work: (desk: Desk) => Promise<void>): Test {
  return { name: `computer: ${name}`, run: async (context) => work(await sitDown(context)) };
}

const button = `document.querySelector('button').textContent`;
const input = `document.querySelector('input').value`;

export const computer: Test[] = [
  doing('a click reaches the button under it', async (desk) => {
    await desk.act({ action: 'click_mouse', button: 'left', coordinates: [150, 120] });
    await becomes(desk, button, 'clicked 1');
  }),
  doing('a double click is one', async (desk) => {
    await desk.act({ action: 'click_mouse', button: 'left', coordinates: [150, 120], num_clicks: 2 });
    await becomes(desk, button, 'clicked 2');
  }),
  doing('text goes where the focus is', async (desk) => {
    await desk.act({ action: 'click_mouse', button: 'left', coordinates: [150, 220] });
    await desk.act({ action: 'type_text', text: 'Grüße, world!' });
    await becomes(desk, input, 'Grüße, world!');
  }),
  doing('keys are pressed together', async (desk) => {
    await desk.act({ action: 'click_mouse', button: 'left', coordinates: [150, 220] });
    await desk.act({ action: 'type_text', text: 'wrong' });
    await desk.act({ action: 'press_key', keys: ['Control', 'a'] });
    await desk.act({ action: 'press_key', keys: ['Backspace'] });
    await becomes(desk, input, '');
  }),
  doing('a drag is down, a way, and up', async (desk) => {
    await desk.act({ action: 'drag_mouse', path: [[120, 320], [200, 320], [280, 320]] });
    await becomes(desk, 'moves', ['down 120', 'up 280']);
  }),
  doing('the wheel scrolls', async (desk) => {
    await desk.act({ action: 'scroll', coordinates: [150, 500], delta_y: 400 });
    await becomes(desk, 'scrollY > 0', true);
  }),
  doing('the cursor is where it was moved', async (desk) => {
    await desk.act({ action: 'move_mouse', coordinates: [321, 234] });
    const { output } = await desk.act({ action: 'get_cursor_position' });
    check(/321\D+234/.test(output ?? ''), `get_cursor_position after a move to 321, 234 answered '${output}'`);
  }),
  doing('a screenshot is an image of the page', async (desk) => {
    const { base64_image } = await desk.act({ action: 'take_screenshot' });
    const bytes = Buffer.from(base64_image ?? '', 'base64');
    check(isPng(bytes) || isJpeg(bytes), `take_screenshot answered no image but '${base64_image?.slice(0, 40)}'`);
  }),
  doing('any action can bring a screenshot along', async (desk) => {
    const { base64_image } = await desk.act({ action: 'wait', duration: 0.1, screenshot: true });
    check(base64_image, 'wait with screenshot answered none');
  }),
];
