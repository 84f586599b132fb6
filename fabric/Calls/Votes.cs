namespace Steelyard.Fabric.Calls;

/// <summary><see cref="Ack"/> as it travels.</summary>
[GenerateSerializer, Immutable, Alias("steelyard.vote")]
internal sealed record Vote(
    [property: Id(0)] bool IsRefused, [property: Id(1)] TimeSpan? Age, [property: Id(2)] Dictionary<string, long>? Members)
{
    public static Vote Of(Ack ack) => new(ack.IsRefused, ack.Age, ack.Members is null ? null : new(ack.Members));

    public Ack ToAck() => new(IsRefused, Age, Members);
}

/// <param name="IsGone">The node that promises knows already that the sessions are gone.</param>
[GenerateSerializer, Immutable, Alias("steelyard.promise")]
internal sealed record Pledge([property: Id(0)] bool IsGone);
