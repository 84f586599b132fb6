namespace SteelBrowser.Setup;

/// <summary>
/// Hosts that serve advertisements or track people, and nothing that a page needs. A short list of the largest ones, not a filter list.
/// </summary>
internal static class AdHosts
{
    public static readonly IReadOnlyList<string> All =
    [
        "2mdn.net", "adform.net", "adnxs.com", "adroll.com", "adsafeprotected.com", "adsrvr.org", "adtechus.com", "advertising.com",
        "agkn.com", "amazon-adsystem.com", "amplitude.com", "bat.bing.com", "bidswitch.net", "bluekai.com", "casalemedia.com",
        "chartbeat.com", "clarity.ms", "connect.facebook.net", "crazyegg.com", "criteo.com", "criteo.net", "crwdcntrl.net", "demdex.net",
        "doubleclick.net", "doubleverify.com", "everesttech.net", "exelator.com", "fullstory.com", "google-analytics.com",
        "googleadservices.com", "googlesyndication.com", "googletagmanager.com", "googletagservices.com", "hotjar.com",
        "imrworldwide.com", "krxd.net", "lijit.com", "mathtag.com", "media.net", "mixpanel.com", "moatads.com", "mouseflow.com",
        "newrelic.com", "nr-data.net", "omtrdc.net", "openx.net", "outbrain.com", "pubmatic.com", "quantserve.com", "rlcdn.com",
        "rubiconproject.com", "scorecardresearch.com", "sharethrough.com", "smartadserver.com", "taboola.com", "tapad.com", "teads.tv",
        "yieldmo.com", "zedo.com", "zemanta.com",
    ];
}
