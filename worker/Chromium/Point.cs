namespace SteelBrowser.Chromium;

/// <summary>In CSS pixels of the page's viewport.</summary>
internal readonly record struct Point(double X, double Y);
