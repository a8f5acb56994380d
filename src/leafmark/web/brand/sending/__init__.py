"""From a brand's file to the shelf.

    receiving -> uploads (job checking) -> matches -> (job calculating) drafts -> proposed -> (job publishing) the shelf

Everything of an upload lies in its folder: the files as they were sent, what was accepted of them (Parquet), what was rejected (for the
sender to mend), and a folder for each draft with its bill, run, catalogue and list of products.
"""
