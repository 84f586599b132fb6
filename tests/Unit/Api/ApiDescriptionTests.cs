using System.Text.Json.Nodes;
using Steelyard.Api;
using Steelyard.Cluster.Views;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Api;

/// <summary>The description, which is written by hand, has what the code has lists of.</summary>
public sealed class ApiDescriptionTests
{
    // A session never sees these: its worker is not stopped for them.
    private static readonly StopReason[] OfNoSession = [StopReason.Retired, StopReason.Shutdown, StopReason.NeverReady];

    private readonly JsonObject description = ApiDescription.Read();

    [Fact]
    public void It_has_each_cause_for_which_a_session_is_lost()
    {
        var causes = Enum.GetValues<StopReason>().Except(OfNoSession).Select(reason => reason.Cause())
            .Concat(["crashed", SessionEnd.NodeLost, SessionEnd.NodeCutOff]);
        var described = description["components"]!["schemas"]!["LossCause"]!["enum"]!.AsArray().Select(cause => (string?)cause);
        Assert.Equal(causes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_routes_take_the_name_of_a_node_where_the_code_does()
    {
        var described = description["paths"]!.AsObject().Where(path => path.Value!.AsObject().Any(verb => TakesNode(verb.Value!)));
        Assert.Equal(NodeViews.Views.Order(StringComparer.Ordinal), described.Select(path => path.Key).Order(StringComparer.Ordinal));
    }

    private static bool TakesNode(JsonNode operation) =>
        operation is JsonObject
        && operation["parameters"] is JsonArray parameters
        && parameters.Any(each => (string?)each!["$ref"] == "#/components/parameters/NodeQuery");
}
