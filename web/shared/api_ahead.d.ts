// Shapes of modules that the pages are ahead of (notices, packages' pages, subjects), made from their api.yaml. Each goes when its module's
// operations stand in ../docs/api/openapi.json: the pages then import api.d.ts instead.
export interface components {
    schemas: {
        Alert: {
            id: string;
            identifier: string;
            kind: "Alert" | "Update" | "Cancel";
            stands: boolean;
            status: "Actual" | "Exercise" | "Test";
            category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
            event: string;
            urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
            severity: "Extreme" | "Severe" | "Moderate" | "Minor" | "Unknown";
            certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
            headline: string;
            description: string;
            instruction: string;
            areas: string[];
            effective_at: string;
            expires_at: string;
            sent_at: string;
            update_of: string | null;
            replaced_by: string | null;
        };
        Audience: {
            regions?: string[];
            roles?: string[];
            kinds?: string[];
            departments?: string[];
            accounts?: string[];
            subjects?: string[];
        };
        AudiencePreview: {
            people: number;
            regions: components["schemas"]["RegionCount"][];
            full: components["schemas"]["FullCommunity"][];
        };
        CommunityLoad: {
            region: string;
            name: string;
            orders: number;
            forms: number;
        };
        DeliveryCount: {
            channel: string;
            state: string;
            count: number;
        };
        FullCommunity: {
            region: string;
            name: string;
            count: number;
            most: number;
        };
        LoadList: {
            month: string;
            caps: components["schemas"]["NoticeCaps"];
            items: components["schemas"]["CommunityLoad"][];
        };
        Named: {
            id: string;
            title: string;
        };
        NewAlert: {
            status: "Actual" | "Exercise" | "Test";
            category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
            event: string;
            urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
            severity: "Extreme" | "Severe" | "Moderate" | "Minor" | "Unknown";
            certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
            headline: string;
            description: string;
            instruction?: string;
            areas: string[];
            effective_at?: string;
            expires_at: string;
        };
        NewNotice: {
            kind: "notice" | "order" | "form";
            title: string;
            body?: string;
            audience: components["schemas"]["Audience"];
            channels?: ("page" | "text" | "voice" | "webhook" | "print")[];
            questions?: components["schemas"]["NoticeQuestion"][];
            due_at?: string;
            remind_hours?: number;
        };
        NewRumour: {
            claim: string;
            seen_at?: string;
            claimed_on?: string;
            verdict: "false" | "misleading" | "unproven" | "true";
            explanation: string;
            sources: components["schemas"]["RumourSource"][];
        };
        NoticeCaps: {
            orders: number;
            forms: number;
        };
        NoticeDetail: {
            notice: components["schemas"]["SentNotice"];
            counts: components["schemas"]["ReceiptCounts"];
            deliveries: components["schemas"]["DeliveryCount"][];
        };
        NoticeQuestion: {
            id: string;
            title: string;
            type: "text" | "number" | "yes_no" | "choice";
            required?: boolean;
            values?: string[];
        };
        OwnNotice: {
            id: string;
            kind: "notice" | "order" | "form";
            title: string;
            body: string;
            sent_at: string;
            due_at: string | null;
            ended: boolean;
            questions: components["schemas"]["NoticeQuestion"][];
            read_at: string | null;
            answered_at: string | null;
            reminders: number;
            answers: unknown;
        };
        PageTile: {
            id: string;
            package: string;
            title: string;
            description: string;
            for: "desk" | "pocket";
            kind: "inbox" | "list" | "board" | "map" | "form" | "file";
            process: string;
            resource: string;
            icon: string;
            order: string;
            columns: string[];
            filters: string[];
            prefill: unknown;
        };
        PrefilledField: {
            field: string;
            title: string;
            value: string;
            source: components["schemas"]["Named"];
            record: string;
            day: string;
        };
        QuestionSum: {
            question: string;
            answered: number;
            sum: number | null;
            counts: unknown;
        };
        Receipt: {
            account: string;
            name: string;
            region: string | null;
            region_name: string;
            role: string;
            read_at: string | null;
            answered_at: string | null;
            reminders: number;
            answers: unknown;
        };
        ReceiptCounts: {
            all: number;
            read: number;
            answered: number;
        };
        RegionCount: {
            region: string;
            name: string;
            count: number;
        };
        RegionProgress: {
            region: string | null;
            name: string;
            counts: components["schemas"]["ReceiptCounts"];
            questions: components["schemas"]["QuestionSum"][];
        };
        Rumour: {
            id: string;
            state: "draft" | "published" | "withdrawn";
            claim: string;
            seen_at: string;
            claimed_on: string | null;
            verdict: "false" | "misleading" | "unproven" | "true";
            verdict_title: string;
            explanation: string;
            sources: components["schemas"]["RumourSource"][];
            published_at: string | null;
            withdrawn_at: string | null;
        };
        RumourSource: {
            title: string;
            url?: string;
        };
        SentNotice: {
            id: string;
            kind: "notice" | "order" | "form";
            state: "sent" | "ended";
            title: string;
            body: string;
            audience: components["schemas"]["Audience"];
            channels: string[];
            questions: components["schemas"]["NoticeQuestion"][];
            region: string | null;
            region_name: string;
            department: string;
            sent_by: string;
            sent_at: string;
            due_at: string | null;
            remind_hours: number;
            recipients: number;
            reminders: number;
            reminded_at: string | null;
            ended_at: string | null;
        };
        SubjectRegion: {
            code: string;
            name: string;
        };
        SubjectSummary: {
            id: string;
            kind: "person" | "household" | "enterprise" | "venue" | "vehicle" | "device";
            name: string | null;
            identifier: string | null;
            region: components["schemas"]["SubjectRegion"] | null;
            resource: components["schemas"]["Named"];
        };
    };
}
