using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Steelyard.Tests.Unit.Architecture;

/// <summary>A method fits a screen, and a constructor has few parameters. Read from the compiled programs and their symbols.</summary>
public sealed class SizeTests
{
    private const int MaxMethodLines = 50;
    private const int MaxParameters = 7;

    public static IEnumerable<TheoryDataRow<string>> Assemblies =>
        new[]
        {
            typeof(Node), typeof(SteelBrowser.Sessions.SimulatedHost), typeof(Steelyard.Processes.OsProcess),
            typeof(Steelyard.Files.HeldFolder), typeof(Steelyard.Contract.ExitCode),
            typeof(Steelyard.Fabric.Tables.TableAddress),
        }.Select(type => new TheoryDataRow<string>(type.Assembly.Location));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_method_is_longer_than_fifty_lines(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly, new() { ReadSymbols = true });

        // A constructor also holds what initializes the fields.
        var methods = Written(module).SelectMany(type => type.Methods).Where(method => !method.IsConstructor);
        var lengths = methods.Select(method => (Name: method.FullName, Lines: Lines(method))).ToList();
        Assert.Contains(lengths, method => method.Lines > 1);
        Assert.DoesNotContain(lengths, method => method.Lines > MaxMethodLines);
    }

    // The parameters of a record are its data.
    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_constructor_has_more_than_seven_parameters(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        Assert.Empty(Written(module)
            .Where(type => type.Methods.All(method => method.Name != "<Clone>$"))
            .SelectMany(type => type.Methods)
            .Where(method => method.IsConstructor && method.Parameters.Count > MaxParameters)
            .Select(method => $"{method.DeclaringType.Name} has {method.Parameters.Count}"));
    }

    // What generators write is nobody's to read.
    private static IEnumerable<TypeDefinition> Written(ModuleDefinition module) => module.GetTypes().Where(type =>
        type.CustomAttributes.All(attribute => attribute.AttributeType.Name != "GeneratedCodeAttribute"));

    private static int Lines(MethodDefinition method)
    {
        var points = method.DebugInformation.SequencePoints.Where(point => !point.IsHidden && !IsGenerated(point.Document)).ToList();
        return points.Count == 0 ? 0 : points.Max(point => point.EndLine) - points.Min(point => point.StartLine) + 1;
    }

    private static bool IsGenerated(Document document) => document.Url.EndsWith(".g.cs", StringComparison.Ordinal);
}
