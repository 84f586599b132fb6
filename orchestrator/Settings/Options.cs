using System.Net;
using Steelyard.Contract.Egress;

namespace Steelyard.Settings;

/// <summary>Every knob of an orchestrator. Durations have no upper end unless said; the command line validates all of them at start.</summary>
public sealed record Options
{
    /// <summary>What a worker may add to the body it was given: id, time, field names.</summary>
    private const int ReplyOverheadBytes = 64 * 1024;

    /// <summary>IP address to listen on.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>TCP port; 0 takes any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>See <see cref="Workers.WorkerCommand.Parse"/>.</summary>
    public string Worker { get; init; } = "auto";

    /// <summary>What a worker program of somebody else speaks.</summary>
    public WorkerApi WorkerApi { get; init; } = WorkerApi.Challenge;

    /// <summary>Idle workers kept ready.</summary>
    public int Warm { get; init; } = 4;

    /// <summary>Ceiling of slots; 0 means by memory.</summary>
    public int MaxWorkers { get; init; }

    /// <summary>Idle time after which a session ends.</summary>
    public TimeSpan SessionTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Age at which a session ends, however busy; null is never.</summary>
    public TimeSpan? SessionMaxAge { get; init; }

    public OnWorkerLost OnWorkerLost { get; init; } = OnWorkerLost.End;

    /// <summary>How often one session is restored before it is given up.</summary>
    public int MaxRestores { get; init; } = 10;

    /// <summary>Creates that may wait for a worker.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>How long a create may wait for a worker.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From spawn to ready; also from the end of a session to ready again.</summary>
    public TimeSpan WorkerStartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Deadline of one call to a worker.</summary>
    public TimeSpan WorkerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between SIGTERM and SIGKILL.</summary>
    public TimeSpan WorkerStopGrace { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>A worker that has said nothing for so long is asked for its health.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A worker that has said nothing for so long is stopped.</summary>
    public TimeSpan HangTimeout { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>A worker that has said nothing for so long is stopped even if it has waited for a processor all the time.</summary>
    public TimeSpan StarvedTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An orchestrator under a supervisor that gives no sign of life for so long is killed, and another is started.</summary>
    public TimeSpan NodeHangTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same before its first sign of life, while it takes over what is there.</summary>
    public TimeSpan NodeStartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Workers that may start at the same time; 0 lets <see cref="Workers.StartTurn.UsualNumber"/> decide.</summary>
    public int StartConcurrency { get; init; }

    /// <summary>Idle workers beyond the warm ones are retired after so long.</summary>
    public TimeSpan IdleShrink { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First port workers may get. The default range lies below Linux's ephemeral ports.</summary>
    public int FirstWorkerPort { get; init; } = 20000;

    /// <summary>Last port workers may get.</summary>
    public int LastWorkerPort { get; init; } = 29999;

    /// <summary>Where the bundled worker's browsers may connect: see <see cref="EgressRules.Parse"/>. None means the defaults.</summary>
    public IReadOnlyList<string> EgressRules { get; init; } = [];

    /// <summary>Folders in which browsers may read and write, beside their own.</summary>
    public IReadOnlyList<string> BrowserFolders { get; init; } = [];

    /// <summary>For a limit of a worker: there is none.</summary>
    public const int NoLimit = 0;

    /// <summary>Memory that a worker may use with all its processes, in bytes; null decides by the kind of worker.</summary>
    public long? WorkerMemoryBytes { get; init; }

    /// <summary>Processes that a worker may have at a time, itself included; null decides by the kind.</summary>
    public int? WorkerProcesses { get; init; }

    /// <summary>Descriptors that each process of a worker may have; null decides by the kind.</summary>
    public int? WorkerFiles { get; init; }

    /// <summary>What a worker may keep in its folder, and the largest file it may write, in bytes; null decides by the kind.</summary>
    public long? WorkerDiskBytes { get; init; }

    /// <summary>Folder for what must outlive us; empty means one by port under the user's runtime folder.</summary>
    public string RunDirectory { get; init; } = "";

    /// <summary>Folder for what must outlive the machine's memory; empty keeps nothing, null is one by port under the user's state folder.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Whether ended sessions are written to the data directory.</summary>
    public bool History { get; init; } = true;

    /// <summary>Ended sessions are deleted from the disk after so long.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>What ended sessions may take on the disk, in bytes; the oldest are deleted first.</summary>
    public long HistorySize { get; init; } = 256 << 20;

    /// <summary>Size at which a worker's log is emptied, in bytes.</summary>
    public long MaxWorkerLogBytes { get; init; } = 1 << 20;

    /// <summary>Largest request body, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Largest body of a create that brings cookies and storage along, in bytes.</summary>
    public int MaxContextBytes { get; init; } = 8 << 20;

    /// <summary>Scrapes, screenshots and PDFs at the same time, each with a session of its own; 0 means half of the workers. More wait as creates do.</summary>
    public int MaxPageCalls { get; init; }

    /// <summary>Largest answer of a scrape, screenshot or PDF, in bytes.</summary>
    public int MaxArtifactBytes { get; init; } = 64 << 20;

    /// <summary>What the lists of browsers' pages may take together while they are read, in bytes: pages decide how long their addresses are.</summary>
    public int ListMemoryBytes { get; init; } = 64 << 20;

    /// <summary>How many screenshots and PDFs are kept for their clients; the oldest go first.</summary>
    public int MaxArtifacts { get; init; } = 100;

    /// <summary>What all of them may take together, in bytes; the oldest go first.</summary>
    public int ArtifactSpaceBytes { get; init; } = 256 << 20;

    /// <summary>How long a screenshot or PDF is kept.</summary>
    public TimeSpan ArtifactLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Deadline of a call that works in a session's page, such as a scrape; its answer has as long again. Of a file's transfer, the longest time without a byte.</summary>
    public TimeSpan PageTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Largest reply of a worker to a create or get: it holds the body once more, perhaps with each byte escaped as six.</summary>
    public int MaxReplyBytes => (6 * MaxBodyBytes) + ReplyOverheadBytes;

    /// <summary>A body must be there after this time, plus one second for each <see cref="BodyBytesPerSecond"/> it has brought.</summary>
    public TimeSpan BodyGrace { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>Slowest rate at which a body may arrive.</summary>
    public int BodyBytesPerSecond { get; init; } = 4096;

    /// <summary>Connections at the same time, those that have become WebSockets apart.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Connections that are WebSockets at the same time: attached clients and viewers.</summary>
    public int MaxAttached { get; init; } = 10_000;

    /// <summary>Idle connections to a worker that are kept for its next calls, after a rush; two after a moment of rest. What descriptors are left decides.</summary>
    public int KeptWorkerConnections { get; init; } = 64;

    /// <summary>Connections of one client address at the same time, WebSockets included; null is any number. Trusted proxies have no such limit.</summary>
    public int? AddressMaxConnections { get; init; }

    /// <summary>A connection on which no request has begun for so long is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>The head of a request, once begun, must be there after this time.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest first line of a request, in bytes.</summary>
    public int MaxRequestLineBytes { get; init; } = 8 << 10;

    /// <summary>Headers a request may have.</summary>
    public int MaxHeaders { get; init; } = 100;

    /// <summary>Size of all headers of a request together, in bytes.</summary>
    public int MaxHeaderBytes { get; init; } = 32 << 10;

    /// <summary>Slowest rate at which a client may take a reply, after a grace of five seconds. Attached clients are held back instead.</summary>
    public int ReplyBytesPerSecond { get; init; } = 240;

    /// <summary>How long a client's machine may answer nothing, not even the kernel's probes, or take nothing while there is more to send, before its connection is cut.</summary>
    public TimeSpan DeadPeerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ended sessions of which we remember why they ended.</summary>
    public int Tombstones { get; init; } = 10_000;

    public OnShutdown OnShutdown { get; init; } = OnShutdown.Stop;

    /// <summary>How long a drain waits for sessions to end by themselves.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Run under a parent that holds the listening socket and replaces an orchestrator that dies.</summary>
    public bool Supervised { get; init; }

    /// <summary>How long a shutdown may take in all.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Keys of which a caller must show one; none means that everybody may call.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>A file with more of them, one a line; empty lines and those that begin with # do not count. Empty means none.</summary>
    public string ApiKeyFile { get; init; } = "";

    /// <summary>Keys whose holders see and end what belongs to others, too.</summary>
    public IReadOnlyList<string> OperatorKeys { get; init; } = [];

    /// <summary>Live sessions a key may have at a time; null is any number.</summary>
    public int? KeyMaxSessions { get; init; }

    /// <summary>Creates a key may have under way at a time, those that wait in the queue included; null is any number.</summary>
    public int? KeyMaxCreating { get; init; }

    /// <summary>Creates a key may begin in a second; null is any number.</summary>
    public double? KeyCreatesPerSecond { get; init; }

    /// <summary>Requests without a right key that one client address gets answered in a second; those beyond wait or are refused. Right keys never wait.</summary>
    public int WrongKeysPerSecond { get; init; } = 10;

    /// <summary>Client addresses whose wrong keys are counted apart; those beyond are counted together.</summary>
    public int WrongKeyAddresses { get; init; } = 10_000;

    /// <summary>Proxies whose X-Forwarded-For, X-Forwarded-Host and X-Forwarded-Proto are believed.</summary>
    public IReadOnlyList<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>Allows a bind beyond loopback without keys.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Address under which clients reach us, as they see it; null takes the Host of each request.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Host names under which callers without a key may reach this node, beside IP addresses and localhost.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Number of this node, 0 to 65,535: a part of every session id.</summary>
    public int NodeId { get; init; }
}
