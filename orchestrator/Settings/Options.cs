using System.Net;
using Steelyard.Contract.Egress;

namespace Steelyard.Settings;

/// <summary>The options of a node. Durations have no maximum unless stated. The command line validates all options at start.</summary>
public sealed partial record Options
{
    /// <summary>What a worker can add to the body that it received: id, time, field names.</summary>
    private const int ReplyOverheadBytes = 64 * 1024;

    /// <summary>IP address to listen on.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>TCP port; 0 chooses any free port.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>See <see cref="Workers.WorkerCommand.Parse"/>.</summary>
    public string Worker { get; init; } = "auto";

    /// <summary>The API of a worker program that is not bundled.</summary>
    public WorkerApi WorkerApi { get; init; } = WorkerApi.Challenge;

    /// <summary>Number of idle workers to keep ready. While creates arrive often, more are kept; none if this is zero.</summary>
    public int Warm { get; init; } = 4;

    /// <summary>Maximum number of slots; 0 decides by memory.</summary>
    public int MaxWorkers { get; init; }

    /// <summary>Idle time after which a session ends.</summary>
    public TimeSpan SessionTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Age at which a session ends, even if it is in use; null means never.</summary>
    public TimeSpan? SessionMaxAge { get; init; }

    public OnWorkerLost OnWorkerLost { get; init; } = OnWorkerLost.End;

    /// <summary>How often one session is restored before it ends.</summary>
    public int MaxRestores { get; init; } = 10;

    /// <summary>Number of creates that can wait for a worker.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>How long a create can wait for a worker.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An orchestrator under a supervisor is killed and replaced when it gives no sign of life for this time.</summary>
    public TimeSpan NodeHangTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The limit of <see cref="NodeHangTimeout"/> until its first sign of life, while it takes over sessions.</summary>
    public TimeSpan NodeStartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Number of workers that can start at the same time; 0 lets <see cref="Hosting.MachineDefaults"/> decide.</summary>
    public int StartConcurrency { get; init; }

    /// <summary>Idle workers in excess of the warm ones are stopped after this time.</summary>
    public TimeSpan IdleShrink { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First port for workers. The default range lies below Linux's ephemeral ports.</summary>
    public int FirstWorkerPort { get; init; } = 20000;

    /// <summary>Last port for workers.</summary>
    public int LastWorkerPort { get; init; } = 29999;

    /// <summary>Where the bundled worker's browsers can connect: see <see cref="EgressRules.Parse"/>. Empty means the default.</summary>
    public IReadOnlyList<string> EgressRules { get; init; } = [];

    /// <summary>Folders that browsers can read and write, in addition to their own.</summary>
    public IReadOnlyList<string> BrowserFolders { get; init; } = [];

    /// <summary>The value of a worker's limit that means no limit.</summary>
    public const int NoLimit = 0;

    /// <summary>Memory that a worker can use with all its processes, in bytes; null decides by the kind of worker.</summary>
    public long? WorkerMemoryBytes { get; init; }

    /// <summary>Number of processes that a worker can have at a time, including itself; null decides by the kind.</summary>
    public int? WorkerProcesses { get; init; }

    /// <summary>Number of descriptors that each process of a worker can have; null decides by the kind.</summary>
    public int? WorkerFiles { get; init; }

    /// <summary>Maximum size of a worker's folder, and of each file that it writes, in bytes; null decides by the kind.</summary>
    public long? WorkerDiskBytes { get; init; }

    /// <summary>Folder for data that must outlive this process; empty means a folder by port in the user's runtime folder.</summary>
    public string RunDirectory { get; init; } = "";

    /// <summary>Folder for data that must survive a reboot. Empty: no such data. Null: by port, in the user's state folder.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Whether ended sessions are written to the data directory.</summary>
    public bool History { get; init; } = true;

    /// <summary>Ended sessions are deleted from the disk after this time.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Maximum size of the history on disk, in bytes; the oldest sessions are deleted first.</summary>
    public long HistorySize { get; init; } = 256 << 20;

    /// <summary>Size at which a worker's log is emptied, in bytes.</summary>
    public long MaxWorkerLogBytes { get; init; } = 1 << 20;

    /// <summary>Maximum size of a request body, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Maximum body size of a create with cookies and storage, in bytes.</summary>
    public int MaxContextBytes { get; init; } = 8 << 20;

    /// <summary>Scrapes, screenshots and PDFs at a time, one session each; 0 means half of the workers. More wait like creates.</summary>
    public int MaxPageCalls { get; init; }

    /// <summary>Maximum size of the result of a scrape, screenshot or PDF, in bytes.</summary>
    public int MaxArtifactBytes { get; init; } = 64 << 20;

    /// <summary>Memory for all lists of pages while they are read, in bytes. Pages decide how long their addresses are.</summary>
    public int ListMemoryBytes { get; init; } = 64 << 20;

    /// <summary>Number of screenshots and PDFs that are kept for clients; the oldest are deleted first.</summary>
    public int MaxArtifacts { get; init; } = 100;

    /// <summary>Space for all of them together, in bytes; the oldest are deleted first.</summary>
    public int ArtifactSpaceBytes { get; init; } = 256 << 20;

    /// <summary>How long a screenshot or PDF is kept.</summary>
    public TimeSpan ArtifactLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Timeout of a call that works in a page, and of the transfer of its result; other files may stall so long.</summary>
    public TimeSpan PageTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Maximum reply of a worker to a create or get, in bytes: it repeats the body, where one byte can become six.</summary>
    public int MaxReplyBytes => (6 * MaxBodyBytes) + ReplyOverheadBytes;

    /// <summary>A body must arrive within this time, plus one second for each <see cref="BodyBytesPerSecond"/> that it has sent.</summary>
    public TimeSpan BodyGrace { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>Minimum rate at which a body must arrive, in bytes per second.</summary>
    public int BodyBytesPerSecond { get; init; } = 4096;

    /// <summary>Number of connections at the same time, not counting WebSockets.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Number of WebSockets at the same time: attached clients and viewers.</summary>
    public int MaxAttached { get; init; } = 10_000;

    /// <summary>Idle connections kept during a burst, besides two for each worker, in all; fewer where descriptors are scarce.</summary>
    public int SpareWorkerConnections { get; init; } = 10_000;

    /// <summary>Connections of one client address at a time, with WebSockets; null means no limit. Trusted proxies are exempt.</summary>
    public int? AddressMaxConnections { get; init; }

    /// <summary>A connection on which no request has started for this time is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>The head of a request must arrive within this time after its first byte.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Maximum length of the first line of a request, in bytes.</summary>
    public int MaxRequestLineBytes { get; init; } = 8 << 10;

    /// <summary>Maximum number of headers of a request.</summary>
    public int MaxHeaders { get; init; } = 100;

    /// <summary>Maximum size of all headers of a request together, in bytes.</summary>
    public int MaxHeaderBytes { get; init; } = 32 << 10;

    /// <summary>Bytes of a reply that a client must read per second, after the first 5 s. Attached clients are throttled instead.</summary>
    public int ReplyBytesPerSecond { get; init; } = 240;

    /// <summary>A connection is cut if the client's machine answers nothing, or takes nothing of waiting data, for this time.</summary>
    public TimeSpan DeadPeerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Number of ended sessions for which a 404 can still give the reason.</summary>
    public int Tombstones { get; init; } = 10_000;

    public OnShutdown OnShutdown { get; init; } = OnShutdown.Stop;

    /// <summary>How long a drain waits for sessions to end by themselves.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Run under a parent process that holds the listening socket and replaces an orchestrator that dies or hangs.</summary>
    public bool Supervised { get; init; }

    /// <summary>How long a whole shutdown can take.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Keys of which a caller must send one; an empty list means that everybody can call.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>A file with more keys, one per line. Empty lines and lines that begin with # are ignored. Empty means no file.</summary>
    public string ApiKeyFile { get; init; } = "";

    /// <summary>Absolute path of the certificate for https, with its chain, in PEM; empty for http.</summary>
    public string TlsCert { get; init; } = "";

    /// <summary>Absolute path of its private key in PEM; empty for http.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>Keys whose holders can also see and end the sessions of others.</summary>
    public IReadOnlyList<string> OperatorKeys { get; init; } = [];

    /// <summary>Number of live sessions that a key can have at a time; null means no limit.</summary>
    public int? KeyMaxSessions { get; init; }

    /// <summary>Number of creates that a key can have in progress, including those in the queue; null means no limit.</summary>
    public int? KeyMaxCreating { get; init; }

    /// <summary>Number of creates that a key can start per second; null means no limit.</summary>
    public double? KeyCreatesPerSecond { get; init; }

    /// <summary>Requests without a valid key, per second and client address. More wait or are refused. Valid keys never wait.</summary>
    public int WrongKeysPerSecond { get; init; } = 10;

    /// <summary>Number of client addresses whose invalid keys are counted separately; all others share one count.</summary>
    public int WrongKeyAddresses { get; init; } = 10_000;

    /// <summary>Proxies whose X-Forwarded-For, X-Forwarded-Host and X-Forwarded-Proto are trusted.</summary>
    public IReadOnlyList<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>Allows an address other than loopback without keys.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>URL by which clients reach this node; null uses the Host of each request.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Host names by which callers without a key can reach this node, besides IP addresses and localhost.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    public LogFormat LogFormat { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
