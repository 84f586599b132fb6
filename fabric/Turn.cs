namespace Steelyard.Fabric;

/// <summary>What a create that stands in the cluster's line is told.</summary>
/// <param name="Kind">Whether it is its turn.</param>
/// <param name="Node">With <see cref="TurnKind.Go"/>: the number of the node that has room.</param>
[GenerateSerializer, Immutable, Alias("steelyard.turn")]
public readonly record struct Turn([property: Id(0)] TurnKind Kind, [property: Id(1)] int Node = -1);

/// <summary>What a create that stands in the cluster's line is told.</summary>
public enum TurnKind
{
    /// <summary>Ask again.</summary>
    NotYet,

    /// <summary>Go to the node that has room.</summary>
    Go,

    /// <summary>The line is full.</summary>
    Full,

    /// <summary>The line cannot be asked.</summary>
    Unknown,
}
