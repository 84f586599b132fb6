namespace Steelyard.Contract;

/// <summary>How the node and the bundled worker share the recordings of sessions.</summary>
internal static class RecordingNames
{
    /// <summary>Header of a create: the id under which the worker records the session.</summary>
    public const string SessionHeader = "Steel-Session-Id";

    /// <summary>Header of a create: what is recorded of this session, if not what the worker's environment says.</summary>
    public const string ModeHeader = "Steel-Record";

    /// <summary>Folder in a worker's folder; it has a folder for each session, named by its id.</summary>
    public const string Folder = "recordings";

    /// <summary>The newer half of the events, a line of JSON each.</summary>
    public const string Events = "events.jsonl";

    /// <summary>The older half, once the newer one has been full.</summary>
    public const string OldEvents = "events.old.jsonl";

    /// <summary>Folder of the pictures.</summary>
    public const string Frames = "frames";
}
