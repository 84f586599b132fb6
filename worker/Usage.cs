namespace SteelBrowser;

internal static class Usage
{
    public const string Text = """
        PORT=3001 steel-browser [options]

        Holds exactly one browser session at a time and serves it on 127.0.0.1:PORT (default 3000).

          GET    /health        ok
          GET    /status        {"available": bool, "session_id": string|null}
          POST   /sessions      {"id", "created_at", "data"}; replaces the previous session
          GET    /sessions/ID   the same, or 404
          DELETE /sessions/ID   204, or 404
          /sessions/ID/setup, context, usage, computer, scrape, screenshot, pdf, files, files.zip, live
                                only with a browser; see docs/worker-api.md
          /json/version, /json/list, /json/protocol, /json/new, ...
                                DevTools discovery of the session's browser

        Options
          --mode chromium|simulated   run a real browser (default), or only keep the JSON of the session
          --browser PATH              the browser's executable; also STEEL_BROWSER_PATH. Default: the first one found in the usual places
          --browser-arg ARG           an additional argument for the browser; can be repeated
          --no-sandbox                run the browser without its sandbox
          --max-body SIZE             maximum size of the JSON of a create [1MiB]; also STEEL_MAX_BODY
          --max-setup SIZE            maximum size of the options of a setup [16MiB]; also STEEL_MAX_SETUP
          --max-file SIZE             maximum size of one file of a session [256MiB]
          --max-files SIZE            maximum size of all files of a session together [1GiB]; also STEEL_MAX_FILES
          --faults LIST               for tests: inject faults, FAULT@STEP=RATE[:PARAM], separated by commas
          --fault-seed N              the same seed and PORT cause the same faults again. Default: a random seed, which is logged
          --help, -h                  print this text

        SIZE is a number of bytes, or a number with a unit such as 64KiB or 16MiB. The maximum is 1GiB.

        Environment
          STEEL_WORKER_DIR            private folder for profiles, downloads and temporary files. The program that sets it must delete it.
                                      Without it, a worker that is killed with SIGKILL leaves its profile behind
          STEEL_EGRESS                where the browser may connect: open, allow:WHAT, deny:WHAT, separated by spaces; see
                                      docs/isolation.md. Default: the internet, but not this machine or private networks
          STEEL_BROWSER_FOLDERS       additional folders in which the browser may read and write, separated by colons

        Faults. RATE is a probability from 0 to 1. The rules are tried in order, and the first one that strikes wins. After slow, which
        only delays, the next rules are still tried.
          crash         exit with status 1 at once, before the effect of the request
          crash-after   exit with status 1 after the effect, before the reply
          hang          never reply to the request, which has no effect
          freeze        stop the whole process (SIGSTOP)
          slow          wait for PARAM (default 1s), then continue
          error         reply 500; the request has no effect
          garbage       reply with something invalid: bytes that are not HTTP, broken JSON, JSON without an id, or truncated JSON
                        (PARAM: bytes|json|no-id|cut)
          wrong-id      reply with another id
          early-close   close the connection before the head or in the middle of the reply (PARAM: head|body)
          huge          reply with a body of 1 GB
          drip          reply with one byte per PARAM (default 200ms)
          lying-status  report busy while free, and free while busy (only at status)
          never-ready   never listen, or listen but never become available (only at start; PARAM: deaf|busy)
        Steps: start, health, status, create, get, delete, version, any (every request). At start, only crash, slow and never-ready are
        possible.

          steel-browser --mode simulated --faults crash@create=0.05,hang@get=0.02,slow@status=1:500ms

        Exit status: 0 the worker was asked to stop; 1 the port is taken, or the fault crash; 2 invalid arguments, or no browser found;
        3 the browser died or does not answer; 4 the client closed the browser; 5 the browser wrote a file larger than its limit
        (ulimit -f).

        """;
}
