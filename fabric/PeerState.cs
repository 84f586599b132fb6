namespace Steelyard.Fabric;

/// <summary>
/// What a node tells the others of itself, twice a second. Only hints: the node itself decides what it takes. Fields are never renumbered,
/// because nodes of two versions run side by side during an upgrade.
/// </summary>
[GenerateSerializer, Immutable, Alias("steelyard.state")]
public sealed record PeerState
{
    /// <summary>Its name, unique in the cluster.</summary>
    [Id(0)]
    public string Name { get; init; } = "";

    /// <summary>Its number, 0 to 65,535: the part of a session's id that says where the session lives.</summary>
    [Id(1)]
    public int Number { get; init; }

    /// <summary>Where it runs, in the operator's words; empty for nowhere in particular.</summary>
    [Id(2)]
    public string Region { get; init; } = "";

    /// <summary>The version of its program.</summary>
    [Id(3)]
    public string Version { get; init; } = "";

    /// <summary>Address and port where it takes the requests that other nodes forward.</summary>
    [Id(4)]
    public string Address { get; init; } = "";

    /// <summary>Workers that are idle.</summary>
    [Id(5)]
    public int Idle { get; init; }

    /// <summary>Sessions that it could take now: idle workers, and those that it may still start, less those that wait for one.</summary>
    [Id(6)]
    public int Free { get; init; }

    /// <summary>Workers with a session.</summary>
    [Id(7)]
    public int Leased { get; init; }

    /// <summary>The most workers that it may have.</summary>
    [Id(8)]
    public int Max { get; init; }

    /// <summary>Creates of its clients that wait in the cluster's queue.</summary>
    [Id(9)]
    public int Waiting { get; init; }

    /// <summary>It takes no new sessions, and ends when its sessions have ended.</summary>
    [Id(10)]
    public bool IsDraining { get; init; }

    /// <summary>Sessions and creates by the key that holds them, where keys have limits.</summary>
    [Id(11)]
    public Dictionary<string, int> Holders { get; init; } = [];

    /// <summary>Creates under way by the key that holds them, where keys have limits.</summary>
    [Id(16)]
    public Dictionary<string, int> Creating { get; init; } = [];

    /// <summary>Recent creates a second by the key that holds them, where keys have limits.</summary>
    [Id(17)]
    public Dictionary<string, double> CreateRates { get; init; } = [];

    /// <summary>Number of live sessions.</summary>
    [Id(12)]
    public int Sessions { get; init; }

    /// <summary>Where clients reach it directly, such as <c>wss://10.0.0.11:8080</c>; empty when others forward to it.</summary>
    [Id(13)]
    public string Redirect { get; init; } = "";

    /// <summary>Its own clock when it told this. Clocks of two nodes cannot be compared.</summary>
    [Id(14)]
    public TimeSpan Clock { get; init; }

    /// <summary>How long it runs; null for a node of a version that does not tell it.</summary>
    [Id(15)]
    public TimeSpan? Uptime { get; init; }
}
