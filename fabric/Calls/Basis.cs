namespace Steelyard.Fabric.Calls;

/// <summary>A <see cref="TableView"/> as it travels.</summary>
[GenerateSerializer, Immutable, Alias("steelyard.basis")]
internal sealed record Basis([property: Id(0)] List<BasisRow> Rows)
{
    public static Basis Of(TableView view) => new([.. view.Rows.Select(row => new BasisRow(row.Name, row.Incarnation, (int)row.Status))]);

    public TableView ToView() => new([.. Rows.Select(row => new TableRow(row.Name, row.Incarnation, (RowStatus)row.Status))]);
}

[GenerateSerializer, Immutable, Alias("steelyard.basis.row")]
internal readonly record struct BasisRow(
    [property: Id(0)] string Name, [property: Id(1)] long Incarnation, [property: Id(2)] int Status);
