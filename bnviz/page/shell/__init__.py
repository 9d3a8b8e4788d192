"""What all modes of the page share: session, links, navigation, notices and components."""
