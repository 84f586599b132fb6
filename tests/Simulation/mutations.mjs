// Checks that the simulation detects faults of the product. Each mutation breaks a copy of the product in one place; the simulation must
// find a seed that shows it. Usage: node tests/Simulation/mutations.mjs [SEEDS] [NAME…]
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const mutations = [
  ['an expired session is still found', 'Sessions/Session.cs',
    'return state == SessionState.Ended || IsOverNeedsLock() ? null', 'return state == SessionState.Ended ? null'],
  ['sessions expire a second early', 'Sessions/SessionClock.cs', 'Ttl - idle;', 'Ttl - TimeSpan.FromSeconds(1) - idle;'],
  ['the end of a request does not restart the idle time', 'Sessions/Session.cs',
    '            open--;\n            lastActive = time.GetTimestamp();', '            open--;'],
  ['a worker goes back twice', 'Pool/WorkerLease.cs',
    'if (Interlocked.Exchange(ref disposed, 1) != 0)',
    '_ = pool.ReleaseAsync(this, untrusted); if (Interlocked.Exchange(ref disposed, 1) != 0)'],
  ['a worker goes back uncleaned', 'Pool/WorkerPool.cs',
    'if (untrusted || !await supervisor.TryResetAsync(lease.Worker, lease.SessionPath))', 'if (untrusted)'],
  ['who waits is passed over', 'Pool/WorkerPool.cs',
    'if (queue.TryHandOverNeedsLock(lease))',
    'if (queue.CountNeedsLock > 1 && queue.TryHandOverNeedsLock(lease))'],
  ['who came last is served first', 'Pool/LeaseQueue.cs',
    '(standing == Standing.New ? newcomers : returning).AddLast(place)',
    '(standing == Standing.New ? newcomers : returning).AddFirst(place)'],
  ['a lease handed to one who has left is lost', 'Pool/LeaseQueue.cs',
    '            lease.Dispose();\n            throw;', '            throw;'],
  ['a worker that failed is never replaced', 'Pool/WorkerPool.Slots.cs',
    '        return default(RestartDecision);', '        return blame == Blame.None ? default(RestartDecision) : null;'],
  ['starts are not limited while they fail', 'Pool/StartGate.cs',
    'IsOpen || now >= next ? TimeSpan.Zero : next - now;', 'TimeSpan.Zero;'],
  ['starts stay limited after one has succeeded', 'Pool/WorkerPool.Slots.cs',
    'lifted = startGate.Succeed(worker.Start) ? LiftNeedsLock() : null;', 'lifted = null;'],
  ['a worker that waits for a processor is taken for hung', 'Pool/WorkerHealth.cs',
    'silence - worker.Waited >= options.HangTimeout', 'silence >= options.HangTimeout'],
  ['a session whose worker waits for a processor is lost', 'Sessions/SessionCalls.cs',
    'if (reply.Error == WorkerError.TimedOut && placement.Worker.WasStarvedWithin(options.WorkerTimeout))', 'if (false)'],
  ['a slot of a lost session is taken before all workers are adopted', 'Recovery/SessionAdopter.cs',
    '.OrderBy(found => found.Worker is null)', ''],
  ['a hung worker is not noticed', 'Pool/WorkerHealth.cs',
    'if (silence >= options.StarvedTimeout || (silence - worker.Waited >= options.HangTimeout && IsOwed(worker, now)))',
    'if (silence >= options.StarvedTimeout * 1000)'],
  ['a worker that was given to another session is believed', 'Sessions/SessionCalls.cs',
    'if (reply.IsSuccess && placement.IsIn(reply, out var id))',
    'if (reply.IsSuccess && Steelyard.Sessions.SessionBody.TryFindId(reply.Body.Span, out var id))'],
  ['a session is promised and not written down', 'Sessions/SessionRecordStore.cs', '            session.Enter();\n', ''],
  ['a session that has ended stays in the ledger', 'Sessions/Session.cs',
    '            end = how;\n            entry.End(Id);', '            end = how;'],
  ['the idle time begins anew with each orchestrator', 'Sessions/Session.cs',
    'entry.Session == record.Id && entry.Open == 0 ? entry.LastActive : time.GetTimestamp()', 'time.GetTimestamp()'],
  ['a stale record is trusted', 'Recovery/WorkerAdopter.cs',
    'var isProven = look.Of[folder.Id].Contains(record.Process);', 'var isProven = true;'],
  ['strays are left alone', 'Workers/Leftovers.cs',
    'if (!KillNew(look.Without(adopted), killed) || looks == MostLooks)', 'if (looks > 0)'],
  ['the browser of a dead worker is left alone', 'Workers/WorkerResources.cs',
    '            await leftovers.KillAsync(directory.Id);\n', '            await Task.CompletedTask;\n'],
  ['the browsers of living workers are taken for those of a dead one', 'Workers/ProcessFamilies.cs',
    '[.. Of[workerId], .. Orphans]', '[.. Of.Where(family => family.Key != workerId).SelectMany(family => family).Skip(1)]'],
  ['an adopted worker with a left-over session is taken for free', '../contract/WorkerStatus.cs',
    'IsAvailable && SessionId is null;', 'IsAvailable || SessionId is not null;'],
  ['a request that ends late writes into the entry of the next session', 'Sessions/LedgerEntry.cs',
    'if (Session == id)\n            (*(long*)', 'if (at is not null)\n            (*(long*)'],
  ['a session that waits for a worker is not written down', 'Sessions/SessionRestorer.cs',
    'records.BeginWaiting(session);', 'session.WaitAt(default);'],
  ['the clock of another boot is believed', 'Sessions/SessionRecordStore.cs', 'record.Boot is not null && record.Boot != boot;', 'false;'],
  ['the folder of a dead worker stays', 'Workers/WorkerResources.cs',
    '        CollectRecordings();\n        directory.Delete();', '        CollectRecordings();'],
  ['a worker that refused a body is kept from others', 'Sessions/SessionPlacer.cs',
    'reply.Dispose();\n                lease.Dispose();',
    'reply.Dispose();\n                if (reply.Status is < 400 or >= 500)\n                    lease.Dispose();'],
  // What nodes of a cluster rely on: docs/decisions/0022.
  ['a renewal counts from the reply', '../fabric/Tenure.cs',
    'BackNeedsLock(sent, now, view.Members, view);', 'BackNeedsLock(now, now, view.Members, view);'],
  ['the word of others counts from the reply', '../fabric/Tenure.cs',
    'CountNeedsLock(round);\n            if (ack is',
    'CountNeedsLock(round);\n            renewed = renewed == round.Sent ? now : renewed;\n            if (ack is'],
  ['only timers end a tenure', '../fabric/Tenure.cs',
    '            LapseNeedsLock(now);\n            return state == TenureState.Holding;',
    '            return state == TenureState.Holding;'],
  ['a tenure outlasts the grace', '../fabric/Tenure.cs', 'now - renewed >= options.Hold', 'now - renewed >= options.Grace * 1.1'],
  ['sessions are adopted without a deadline', '../fabric/Tenure.cs',
    'active >= record && active - record < options.Hold', 'active >= record'],
  ['the word of others counts for ever', '../fabric/Tenure.cs',
    'now - backed >= options.MaxOutage', 'now - backed >= options.MaxOutage * 100'],
  ['an old look at the table counts as a new one', '../fabric/Tenure.cs', 'round.Sent - TenureOptions.Widen(age)', 'round.Sent'],
  ['a node that joins again keeps its number', '../fabric/Membership/OwnSilo.cs', 'Math.Max(last, seen) + 1', 'seen + 1'],
  ['sessions added after the end live on', '../fabric/Membership/Inheritance.cs', 'node.EndLeft();', ''],
  ['an old renewal is taken over from in any case', '../fabric/Membership/Inheritance.cs',
    'record is { } at && Tenure.MayAdopt(at, active, options);', 'record is not null;'],
  ['a node that joins again begins anew', '../fabric/Membership/Inheritance.cs',
    'record is { } at && Tenure.MayAdopt(at, active, options);', 'record == default(TimeSpan);'],
  ['promises are not needed', '../fabric/Verdicts.cs', '&& free < death.Electorate.Needed', '&& free < 99'],
  ['a 404 needs no new read', '../fabric/Verdicts.cs',
    'verdict == Verdict.Gone && lastSent < asked', 'verdict == Verdict.Gone && lastSent < default(TimeSpan)'],
  ['an emptied table is not noticed', '../fabric/Verdicts.cs', 'last is null || view.IsWipeSince(last)', 'last is null'],
  ['a joining node is not waited for', '../fabric/Verdicts.cs',
    '{ Status: RowStatus.Joining } => Verdict.Away', '{ Status: RowStatus.Joining } => Verdict.Gone'],
  ['who was seen dead is helped again', '../fabric/Verdicts.cs', 'refused.GetValueOrDefault(name) >= incarnation ||', ''],
  ['one less than a majority is enough', '../fabric/Ack.cs', '(Others.Count + 1) / 2', '(Others.Count - 1) / 2'],
  ['nothing need have been watched', '../fabric/Electorate.cs', 'first < 0 ? 0 : (steady + 1) / 2', '(steady + 1) / 2'],
  ['what a tenure rested on need not be told', '../fabric/Electorate.cs',
    '(first, window) = (0, [basis.View, .. window]);', '(first, window) = (0, window);'],
  ['the long wait is the longest outage', '../fabric/TenureOptions.cs', '(MaxOutage + Hold) * Drift', 'MaxOutage'],
  ['only the last view counts', '../fabric/Electorate.cs', 'views.Skip(Math.Max(first, 0))', 'views.Skip(views.Count - 1)'],
];

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [seeds = '2000', ...names] = process.argv.slice(2);
const copy = mkdtempSync(join(tmpdir(), 'steelyard-mutations-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
const parts = ['global.json', 'Directory.Build.props', 'Directory.Packages.props', 'BannedSymbols.txt', '.editorconfig', 'Steelyard.slnx',
  'cli', 'client', 'contract', 'fabric', 'processes', 'files', 'orchestrator', 'worker', 'tests'];
for (const part of parts) {
  cpSync(join(root, part), join(copy, part), { recursive: true, filter: (path) => !/\/node_modules(\/|$)/.test(path) });
}

let survivors = 0;
for (const [name, file, from, to] of mutations.filter(([name]) => names.length === 0 || names.some((wanted) => name.includes(wanted)))) {
  const path = join(copy, 'orchestrator', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${name}: ${file} does not have this text exactly once:\n${from}`);
  writeFileSync(path, source.replace(from, () => to));
  const outcome = run(file.startsWith('../fabric/') ? 'Cluster' : '');
  writeFileSync(path, source);
  if (!outcome) survivors++;
  console.log(`${outcome ? 'caught  ' : 'SURVIVED'}  ${name}${outcome ? `: ${outcome}` : ''}`);
}
console.log(survivors === 0 ? 'every mutation was caught' : `${survivors} mutations survived`);
process.exitCode = survivors === 0 ? 0 : 1;

// Returns the violation that was found; null when there was none.
function run(kind) {
  const build = spawnSync('dotnet', ['build', 'tests', '-c', 'Release', '-v', 'q', '--nologo', '-p:TreatWarningsAsErrors=false'], {
    cwd: copy, encoding: 'utf8', maxBuffer: 64 << 20,
  });
  if (build.status !== 0) throw new Error(build.stdout);
  const method = `*.${kind}SimulationTests.They_hold_in_every_run`;
  const test = spawnSync('tests/bin/Release/net10.0/Steelyard.Tests', ['--filter-method', method], {
    cwd: copy, encoding: 'utf8', env: { ...process.env, SEEDS: seeds }, timeout: 600_000, killSignal: 'SIGKILL',
  });
  return test.status === 0 ? null : (test.stdout.match(/seed \d+: (?!Weather).*/)?.[0].slice(0, 160) ?? `exit status ${test.status}`);
}
