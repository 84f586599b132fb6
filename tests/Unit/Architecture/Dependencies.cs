using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Steelyard.Tests.Unit.Architecture;

/// <summary>
/// Which folders of a program use which, as its compiled code says: whatever way a type is named in the source. Constants are not seen,
/// since the compiler copies them.
/// </summary>
internal sealed class Dependencies
{
    private readonly string root;
    private readonly Dictionary<(string From, string To), string> found = [];

    /// <param name="assembly">Path of the program.</param>
    /// <param name="root">The namespace of its root folder.</param>
    public Dependencies(string assembly, string root)
    {
        this.root = root;
        using var module = ModuleDefinition.ReadModule(assembly);
        foreach (var type in module.GetTypes().Where(type => IsOurs(type)))
            Read(type);
    }

    /// <summary>Pairs of folders, each with an example.</summary>
    public IReadOnlyDictionary<(string From, string To), string> Found => found;

    public IEnumerable<string> Folders => found.Keys.SelectMany(pair => new[] { pair.From, pair.To }).Distinct();

    private void Read(TypeDefinition type)
    {
        Add(type, type.BaseType);
        foreach (var face in type.Interfaces)
            Add(type, face.InterfaceType);
        foreach (var field in type.Fields)
            Add(type, field.FieldType);
        foreach (var attribute in type.CustomAttributes)
            Add(type, attribute.AttributeType);
        foreach (var method in type.Methods)
            Read(type, method);
    }

    private void Read(TypeDefinition type, MethodDefinition method)
    {
        Add(type, method.ReturnType);
        foreach (var parameter in method.Parameters)
            Add(type, parameter.ParameterType);
        foreach (var instruction in method.HasBody ? method.Body.Instructions : [])
            Read(type, instruction);
        foreach (var variable in method.HasBody ? method.Body.Variables : [])
            Add(type, variable.VariableType);
    }

    private void Read(TypeDefinition type, Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference used:
                Add(type, used);
                break;
            case MemberReference used:
                Add(type, used.DeclaringType);
                foreach (var argument in (used as GenericInstanceMethod)?.GenericArguments ?? [])
                    Add(type, argument);
                break;
        }
    }

    private void Add(TypeDefinition from, TypeReference? used)
    {
        if (used is GenericInstanceType generic)
        {
            foreach (var argument in generic.GenericArguments)
                Add(from, argument);
        }

        var to = used?.GetElementType();
        if (to is null || to.IsGenericParameter || to.Scope is not ModuleDefinition || !IsOurs(to))
            return;
        var (source, target) = (Folder(from), Folder(to));
        if (source != target)
            found.TryAdd((source, target), $"{Outermost(from).Name} uses {Outermost(to).Name}");
    }

    // What generators of code add stands in namespaces of its own.
    private bool IsOurs(TypeReference type) =>
        Outermost(type).Namespace is { } space && (space == root || space.StartsWith(root + ".", StringComparison.Ordinal));

    private string Folder(TypeReference type) =>
        Outermost(type).Namespace is var space && space.Length > root.Length ? space[(root.Length + 1)..].Replace('.', '/') : "";

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
