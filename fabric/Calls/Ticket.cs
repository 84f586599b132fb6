namespace Steelyard.Fabric.Calls;

/// <summary>A create's place in the line.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Holder">The key that holds it; empty without keys.</param>
/// <param name="Waited">How long it has waited already. An age, not a time: the nodes' clocks may differ.</param>
/// <param name="Limit">It is refused when so many others stand in line, unless it does so already.</param>
[GenerateSerializer, Immutable, Alias("steelyard.ticket")]
internal sealed record Ticket(
    [property: Id(0)] Guid Id, [property: Id(1)] string Holder, [property: Id(2)] TimeSpan Waited, [property: Id(3)] int Limit);
