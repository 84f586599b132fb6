namespace SteelBrowser.Chromium;

/// <summary>A position in CSS pixels of the page's viewport.</summary>
internal readonly record struct Point(double X, double Y);
