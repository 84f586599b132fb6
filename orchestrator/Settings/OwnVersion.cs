namespace Steelyard.Settings;

/// <summary>The version of this program.</summary>
internal static class OwnVersion
{
    /// <summary>Three numbers, such as <c>0.1.0</c>.</summary>
    public static readonly string Text = typeof(OwnVersion).Assembly.GetName().Version!.ToString(3);
}
