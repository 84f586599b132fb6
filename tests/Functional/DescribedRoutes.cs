using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The routes in the paths of an OpenAPI document.</summary>
internal static class DescribedRoutes
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    public static IEnumerable<(string Method, string Path)> In(JsonObject paths) => paths.SelectMany(path => path.Value!.AsObject()
        .Where(member => Methods.Contains(member.Key))
        .Select(operation => (operation.Key.ToUpperInvariant(), path.Key)));
}
