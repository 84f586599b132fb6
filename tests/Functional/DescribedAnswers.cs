using System.Text.Json.Nodes;
using Steelyard.Api;

namespace Steelyard.Tests.Functional;

/// <summary>
/// Compares answers with the OpenAPI document: each field is described, and what the document requires is there. The tester compares more,
/// but only with one node.
/// </summary>
internal static class DescribedAnswers
{
    private static readonly JsonObject Document = ApiDescription.Read();

    /// <summary>Where the body of an answer differs from its description; empty for nowhere.</summary>
    public static IReadOnlyList<string> Differences(string method, string path, int status, JsonNode body)
    {
        var content = Document["paths"]![path]![method]!["responses"]![$"{status}"]!.AsObject();
        var schema = Resolve(content)["content"]!["application/json"]!["schema"]!.AsObject();
        return [.. Compare(schema, body, "")];
    }

    private static JsonObject Resolve(JsonObject node)
    {
        if ((string?)node["$ref"] is not { } pointer)
            return node;
        var target = pointer.Split('/').Skip(1).Aggregate((JsonNode)Document, (parent, name) => parent[name]!);
        return Resolve(target.AsObject());
    }

    private static IEnumerable<string> Compare(JsonObject described, JsonNode? value, string place)
    {
        var schema = Resolve(described);
        if (value is JsonArray list)
            return schema["items"] is JsonObject items ? list.SelectMany((entry, i) => Compare(items, entry, $"{place}[{i}]")) : [];
        if (value is JsonObject whole && schema["properties"] is JsonObject properties)
            return CompareFields(schema, properties, whole, place);
        return schema["enum"] is JsonArray known && !known.Any(each => JsonNode.DeepEquals(each, value))
            ? [$"{place} is {value?.ToJsonString()}, which is not described"]
            : [];
    }

    private static IEnumerable<string> CompareFields(JsonObject schema, JsonObject properties, JsonObject whole, string place)
    {
        foreach (var name in (schema["required"]?.AsArray() ?? []).Select(each => (string)each!).Where(name => !whole.ContainsKey(name)))
            yield return $"{place}.{name} is required and absent";
        foreach (var (name, value) in whole)
        {
            if (properties[name] is not JsonObject inner)
            {
                if (schema["additionalProperties"] is null)
                    yield return $"{place}.{name} is not described";
                continue;
            }

            foreach (var difference in Compare(inner, value, $"{place}.{name}"))
                yield return difference;
        }
    }
}
