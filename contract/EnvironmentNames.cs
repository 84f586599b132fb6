namespace Steelyard.Contract;

/// <summary>The environment variables by which a node configures the bundled worker. docs/worker-api.md describes each.</summary>
internal static class EnvironmentNames
{
    public const string Host = "HOST";
    public const string Port = "PORT";
    public const string Listener = "STEEL_LISTENER";
    public const string WorkerDirectory = "STEEL_WORKER_DIR";
    public const string WorkerToken = "STEEL_WORKER_TOKEN";
    public const string BrowserPath = "STEEL_BROWSER_PATH";
    public const string BrowserFolders = "STEEL_BROWSER_FOLDERS";
    public const string Egress = "STEEL_EGRESS";
    public const string Record = "STEEL_RECORD";
    public const string RecordQueries = "STEEL_RECORD_QUERIES";
    public const string MaxBody = "STEEL_MAX_BODY";
    public const string MaxSetup = "STEEL_MAX_SETUP";
    public const string MaxFiles = "STEEL_MAX_FILES";
}
