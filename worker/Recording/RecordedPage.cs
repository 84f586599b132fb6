namespace SteelBrowser.Recording;

/// <summary>A page that is recorded, with its frames.</summary>
/// <param name="Id">Its target's id.</param>
/// <param name="Rate">Counts the events of its network.</param>
internal sealed record RecordedPage(string Id, Rate Rate)
{
    /// <summary>Its network is not recorded until it shows another address.</summary>
    public bool IsPaused { get; set; }
}
