/** How the fake differs from a correct orchestrator. Each fault must make one line of the tester fail. */
export interface FakeOptions {
  ttlMs: number;
  /** With 0 workers, the fake acts as an unrelated orchestrator, which supports only POST, GET and DELETE /sessions. */
  workers: number;
  fault:
    | 'none'
    | 'create answers 500'
    | 'a bad create answers 500'
    | 'create loses data'
    | 'create has no time'
    | 'get mixes up data'
    | 'get answers another id'
    | 'delete keeps the session'
    | 'delete ends all sessions'
    | 'delete answers 200'
    | 'missing answers 200'
    | 'missing answers 500'
    | 'delete of missing answers 204'
    | 'ids repeat'
    | 'one session at a time'
    | 'never expires'
    | 'expires early'
    | 'get is no activity'
    | 'expired comes back'
    | 'lost session stays'
    | 'lost worker takes all sessions'
    | 'lost worker stays lost';
}
