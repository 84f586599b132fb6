using Steelyard.Fabric;

namespace Steelyard.Tests.Unit.Fabric;

/// <summary>Short ways to write tables and times.</summary>
internal static class Views
{
    public static readonly TenureOptions Options = new(At(20), At(10), At(600));

    public static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Reads rows like "a1 b1- c2+": Active without a sign, "-" Dead, "+" Joining.</summary>
    public static TableView Table(string rows) => new([.. rows.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(row => new TableRow(
        row[..1],
        row[1] - '0',
        row[2..] switch { "-" => RowStatus.Dead, "+" => RowStatus.Joining, _ => RowStatus.Active }))]);
}
