//! What a consumer's test looks like: a mock journal that answers with samples.

use access_journal::{
    AccessEvent,
    integrity_core::Caller,
    journal::{AccessJournal, Error, MockAccessJournal, Recorded},
};

/// A consumer: how many events were new.
async fn tell(journal: &dyn AccessJournal, events: &[AccessEvent]) -> Result<u64, Error> {
    Ok(journal.record(&Caller::Service, events).await?.added)
}

#[tokio::test]
async fn a_consumer_is_tested_without_a_server() {
    let mut journal = MockAccessJournal::new();
    journal
        .expect_record()
        .times(1)
        .returning(|_, _| Ok(Recorded::sample()));
    let added = tell(&journal, &[AccessEvent::sample()]).await.expect("an answer");
    assert_eq!(added, 1);
}

#[test]
fn samples_are_told_in_json_and_read_back() {
    let sample = AccessEvent::sample();
    let json = serde_json::to_string(&sample).expect("JSON");
    assert_eq!(serde_json::from_str::<AccessEvent>(&json).expect(&json), sample);
    sample.refuse_malformed().expect("the journal can hold it");
}
