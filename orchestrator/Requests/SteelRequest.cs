using Steelyard.Sessions;

namespace Steelyard.Requests;

/// <summary>A create of the Steel dialect.</summary>
internal sealed record SteelRequest(ReadOnlyMemory<byte> Body, SessionClock Clock) : SessionRequest(Body, Clock)
{
    public SteelFacts Shown { get; init; } = SteelFacts.Default;

    public override string? Facts => Shown.ToJson();

    public override string? FieldName(string workerField) => WorkerFields.ToClient(workerField);
}
