namespace SteelBrowser;

internal static class Usage
{
    public const string Text = """
        PORT=3001 steel-browser [options]

        Holds exactly one browser session at a time and serves it on 127.0.0.1:PORT (default 3000).

          GET    /health        ok
          GET    /status        {"available": bool, "session_id": string|null}
          POST   /sessions      {"id", "created_at", "data"}; replaces the session before it
          GET    /sessions/ID   the same, or 404
          DELETE /sessions/ID   204, or 404
          /sessions/ID/setup, context, usage, computer, scrape, screenshot, pdf, files, files.zip   with a browser only; see docs/worker-api.md
          /json/version, /json/list, /json/protocol, /json/new, ...   DevTools discovery of the session's browser

        Options
          --mode chromium|simulated   a real browser (default), or JSON only
          --browser PATH              the browser's executable; also STEEL_BROWSER_PATH. Default: the first one found in the usual places
          --browser-arg ARG           one more argument for the browser; may be repeated
          --no-sandbox                run the browser without its sandbox
          --max-body SIZE             largest JSON of a create [1MiB]; also STEEL_MAX_BODY
          --max-setup SIZE            largest options of a setup [16MiB]; also STEEL_MAX_SETUP
          --max-file SIZE             largest file of a session [256MiB]
          --max-files SIZE            largest sum of a session's files [1GiB]; also STEEL_MAX_FILES
          --faults LIST               misbehave, for tests: FAULT@STEP=RATE[:PARAM], separated by commas
          --fault-seed N              with the same seed and PORT, the same faults happen again; else it is random and is logged

        A SIZE is in bytes, or such as 64KiB, 16MiB, 1GiB, which is the most.

        Environment
          STEEL_WORKER_DIR            private folder for profiles, downloads and temporary files; whoever sets it deletes it.
                                      Without it a worker that is killed with SIGKILL leaves a profile behind
          STEEL_EGRESS                where the browser may connect, words separated by spaces: open, allow:WHAT, deny:WHAT; see docs/isolation.md.
                                      Without it: to the internet, and not to this machine or private networks
          STEEL_BROWSER_FOLDERS       folders in which the browser may read and write beside its own, separated by colons

        Faults (RATE is from 0 to 1; rules are tried in order and the first that strikes wins, but slow only delays)
          crash         exit status 1 at once, before the effect
          crash-after   exit status 1 after the effect, before the reply
          hang          never reply to this request; it has no effect
          freeze        stop the whole process (SIGSTOP)
          slow          wait for PARAM (default 1s), then go on
          error         reply 500; the request has no effect
          garbage       reply what is no answer: bytes that are not HTTP, broken JSON, JSON without an id, or cut JSON (PARAM: bytes|json|no-id|cut)
          wrong-id      reply with another id
          early-close   close the connection before the head, or in the middle of the reply (PARAM: head|body)
          huge          reply with a body of 1 GB
          drip          reply one byte per PARAM (default 200ms)
          lying-status  say busy while free, and free while busy (at status)
          never-ready   live, but never listen, or listen and never be available (at start; PARAM: deaf|busy)
        Steps: start, health, status, create, get, delete, version, any (every request). At start: crash, slow, never-ready.

          steel-browser --mode simulated --faults crash@create=0.05,hang@get=0.02,slow@status=1:500ms

        Exit status: 0 asked to stop; 1 port taken, or the fault crash; 2 bad arguments, or no browser found; 3 the browser died or hung;
        4 its client closed the browser; 5 the browser wrote a larger file than it may (ulimit -f).

        """;
}
