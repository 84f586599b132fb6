export const help = `Usage: tester/tester [--url http://localhost:8080] [options]

Tests an orchestrator of browser sessions from outside, over HTTP.

  --url URL          where the orchestrator listens (http://localhost:8080)
  --suite NAME       challenge (default), any other below, or all;
                     repeat it, or separate names by commas
  --grep REGEX       only the tests whose name matches
  --ttl DURATION     the server's idle TTL (60s); TTL tests wait by it
  --api-key KEY      sent with every request
  --holder-key KEY   api: another key, which is no operator's
  --seed N           makes generated data the same again (random)
  --json FILE        also write the results as JSON
  --junit FILE       also write the results as JUnit XML
  --sessions N       browser: sessions driven at once (20)
  --cycles N         load: create/get/delete cycles (10000)
  --concurrency N    load: cycles under way at once (64)
  --seconds N        fuzz: how long cases are made up (60)
  --replay CASE      fuzz: one case of a seed again, as a failure names it
  -h, --help         this text

Suites
  challenge   the seven checks of the challenge; any orchestrator
  contract    every line of the HTTP contract, bad input included
  api         answers are what /openapi.json says, and how many of them were seen
  browser     browsers of sessions, driven through the orchestrator
  steel       the Steel dialect by steel-sdk, option by option
  playwright  every address that Playwright connects to; large and many messages
  puppeteer   every address that Puppeteer connects to
  browserless connect is create, disconnect is the end; its pressure figures
  clients     MCP servers, crawlers and others, beside a plain Chromium; the first
              run installs them from npm (340 MB)
  faults      kills and stops workers; needs the server on this machine
  load        many cycles; percentiles, no foreign data, nothing left behind
  fuzz        bytes, JSON, frames, ids and queries that nobody should send

A test that needs what the server lacks is skipped with the reason. The suites with
browsers serve pages from this machine: start the server with
--egress allow:127.0.0.1 --egress 'allow:[::1]'.
Exit status: 0 all passed, 1 some failed, 2 could not run.
`;
