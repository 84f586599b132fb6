using System.Text.Json.Serialization;
using Steelyard.Contract;

namespace Steelyard.Dialects.Operator;

/// <summary><c>GET /series</c>.</summary>
/// <param name="PeriodSeconds">Time between two points.</param>
/// <param name="Points">The oldest first.</param>
public sealed record SeriesReply(double PeriodSeconds, IReadOnlyList<SeriesPoint> Points);

/// <param name="At">End of the period; see <see cref="IsoTime"/>. Workers and queue are as they were then.</param>
/// <param name="Created">Sessions that were created in the period.</param>
/// <param name="Refused">Creates that got no worker.</param>
/// <param name="Lost">Sessions that lost their worker.</param>
/// <param name="Exited">Workers that exited by themselves.</param>
/// <param name="WaitP50">Half of the creates had a worker after so many seconds; null without creates.</param>
/// <param name="WaitP99">So had 99 of 100.</param>
public sealed record SeriesPoint(
    string At,
    int Leased,
    int Ready,
    int Starting,
    int Parked,
    int Queued,
    int Created,
    int Refused,
    int Lost,
    int Exited,
    double? WaitP50,
    double? WaitP99);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SeriesReply))]
internal sealed partial class SeriesJson : JsonSerializerContext;
